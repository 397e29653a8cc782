-- Last step of create: let the code be claimed, or give it back where the session could not be stored.
--
-- KEYS[1]  code
-- ARGV[1]  session id
-- ARGV[2]  birth of the session
-- ARGV[3]  "open" or "release"
-- Returns  nothing of use.
-- Again:   only a code that is still reserved by this very session changes, so a repeat does nothing.
local code = redis.call('HMGET', KEYS[1], 'session', 'birth', 'state')
if code[1] == ARGV[1] and code[2] == ARGV[2] and code[3] == 'reserved' then
  if ARGV[3] == 'open' then
    redis.call('HSET', KEYS[1], 'state', 'open')
  else
    redis.call('DEL', KEYS[1])
  end
end
return 1
