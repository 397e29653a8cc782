-- Compare-and-set of a session that was lost, or of which writes were lost.
--
-- KEYS[1]  session
-- KEYS[2]  due list of the session's shard
-- ARGV[1]  session id
-- ARGV[2]  session as msgpack
-- ARGV[3]  expected version, 0 for none
-- ARGV[4]  version to write, above the expected one
-- ARGV[5]  due time, or "inf" to take it off the list
-- ARGV[6]  milliseconds after which the session may be swept
-- Uses     lists.lua
-- Returns  1 if this is what stands there now; 0 if something else does.
-- Again:   known by what stands there; changes nothing.
local stored = redis.call('HMGET', KEYS[1], 'version', 'data')
if stored[1] == ARGV[4] and stored[2] == ARGV[2] then
  return 1
end
if (stored[1] or '0') ~= ARGV[3] then
  return 0
end
-- No session can be born with this birth: who made it once and asks again is told that it is there no more.
redis.call('HSET', KEYS[1], 'data', ARGV[2], 'version', ARGV[4], 'writes', '')
redis.call('HSETNX', KEYS[1], 'birth', 'put back')
redis.call('PEXPIRE', KEYS[1], ARGV[6])
list(KEYS[2], ARGV[1], ARGV[5], ARGV[6])
return 1
