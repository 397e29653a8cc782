-- Let nobody in any more. The entry stays until it is swept, so that a repeated create cannot open it again.
--
-- KEYS[1]  code
-- Returns  nothing of use.
-- Again:   the same.
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'state', 'revoked')
end
return 1
