-- Take an id off the due list if its session was swept (no hub had been running to end it).
--
-- KEYS[1]  session
-- KEYS[2]  due list of the session's shard
-- ARGV[1]  session id
-- Returns  1 if it was taken off or was not there; 0 if the session lives.
-- Again:   the same.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('ZREM', KEYS[2], ARGV[1])
return 1
