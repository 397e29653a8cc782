-- Keep what a ticket stands for.
--
-- KEYS[1]  ticket: hash {value, expires_at, nonce}
-- ARGV[1]  value
-- ARGV[2]  instant at which it expires
-- ARGV[3]  milliseconds after which the key may be swept
-- Returns  1 if it was put, 0 if the key was there.
-- Again:   changes nothing, so a used ticket stays used.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'expires_at', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
