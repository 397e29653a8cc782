-- Compare-and-set of a session, with its due time.
--
-- KEYS[1]  session
-- KEYS[2]  due list of the session's shard
-- ARGV[1]  session id
-- ARGV[2]  session as msgpack
-- ARGV[3]  expected version
-- ARGV[4]  due time, or "inf" to take it off the list
-- ARGV[5]  this write's mark: text of a fixed length without commas
-- ARGV[6]  how many characters of marks are remembered
-- ARGV[7]  milliseconds after which the session may be swept
-- Uses     lists.lua
-- Returns  1 if this write is done, now or among the last ones; 0 if another came first or there is no session.
-- Again:   known by its mark; changes nothing.
local stored = redis.call('HMGET', KEYS[1], 'version', 'writes')
if not stored[1] then
  return 0
end
if string.find(stored[2], ARGV[5], 1, true) then
  return 1
end
if stored[1] ~= ARGV[3] then
  return 0
end
local writes = string.sub(ARGV[5] .. ',' .. stored[2], 1, tonumber(ARGV[6]))
redis.call('HSET', KEYS[1], 'data', ARGV[2], 'version', string.format('%d', ARGV[3] + 1), 'writes', writes)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
list(KEYS[2], ARGV[1], ARGV[4], ARGV[7])
return 1
