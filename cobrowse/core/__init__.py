"""Floor 0, pure: no asyncio, redis, starlette, clock, environment or randomness of its own."""
