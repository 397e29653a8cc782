-- Append lines to the trail of a session that exists; it is swept together with the session.
--
-- KEYS[1]  session
-- KEYS[2]  audit trail: list of lines as msgpack, oldest first
-- ARGV[1]  how many lines are kept
-- ARGV[2…] lines, oldest first
-- Returns  1, or 0 where there is no such session.
-- Again:   a line that is there already is not added.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
for i = 2, #ARGV do
  if not redis.call('LPOS', KEYS[2], ARGV[i]) then
    redis.call('RPUSH', KEYS[2], ARGV[i])
  end
end
redis.call('LTRIM', KEYS[2], -tonumber(ARGV[1]), -1)
redis.call('PEXPIRE', KEYS[2], redis.call('PTTL', KEYS[1]))
return 1
