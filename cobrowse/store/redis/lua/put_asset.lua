-- Keep an asset in flight, and its number among those of its session.
--
-- KEYS[1]  asset: store.base.Asset as msgpack
-- KEYS[2]  numbers of the session's assets: set
-- ARGV[1]  asset
-- ARGV[2]  its number
-- ARGV[3]  milliseconds after which both go
-- Returns  nothing of use.
-- Again:   the same.
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
redis.call('SADD', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
