-- Count, in a window that begins with the first.
--
-- KEYS[1]  count
-- ARGV[1]  how many more
-- ARGV[2]  milliseconds that a new window is open
-- Returns  how many there are now.
-- Again:   counts again.
local now = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return now
