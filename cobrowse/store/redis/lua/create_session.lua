-- Second step of create: store the session at version 1 and put it on its shard's due list.
--
-- KEYS[1]  session: hash {data, version, birth, writes}
-- KEYS[2]  due list of the session's shard: sorted set of session ids by due time
-- ARGV[1]  session id
-- ARGV[2]  session as msgpack
-- ARGV[3]  birth of the session (codec.birth)
-- ARGV[4]  due time, or "inf"
-- ARGV[5]  milliseconds after which the session may be swept
-- Uses     lists.lua
-- Returns  1 if the session is there, now or already; 0 if the id exists with another birth.
-- Again:   a repeat changes nothing, also where the session has moved on.
local birth = redis.call('HGET', KEYS[1], 'birth')
if birth then
  return birth == ARGV[3] and 1 or 0
end
redis.call('HSET', KEYS[1], 'data', ARGV[2], 'version', '1', 'birth', ARGV[3], 'writes', '')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
list(KEYS[2], ARGV[1], ARGV[4], ARGV[5])
return 1
