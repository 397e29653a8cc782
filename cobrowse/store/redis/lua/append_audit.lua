-- Compare-and-append lines to an audit trail, and keep its place on the two lists of its shard.
--
-- KEYS[1]  trail: hash {site, begun_at, close_at, sweep_at, closed, n, head}
-- KEYS[2]  its lines: list of core.audit.AuditLine as msgpack, in order
-- KEYS[3]  the shard's trails: sorted set of session ids by the time they may be swept
-- KEYS[4]  the shard's trails to be closed: sorted set of session ids by the time
-- ARGV[1]  session id
-- ARGV[2]  number of the line before these, "0" for none
-- ARGV[3]  its hash, "" for none
-- ARGV[4]  site
-- ARGV[5]  instant at which the session began
-- ARGV[6]  instant at which the trail is to be closed, or "inf"
-- ARGV[7]  instant from which on it may be swept
-- ARGV[8]  "1" where these lines close it, else "0"
-- ARGV[9]  number of the last of these lines
-- ARGV[10] its hash
-- ARGV[11] milliseconds after which trail and lines may be swept
-- ARGV[12] now: what may be swept by then goes off the list
-- ARGV[13…] lines
-- Uses     lists.lua
-- Returns  1 if these lines are there, now or already; 0 if others came first or the trail is closed.
-- Again:   known by its first line, byte for byte, in its place; changes nothing.
local trail = redis.call('HMGET', KEYS[1], 'n', 'head', 'closed', 'close_at')
if (trail[1] or '0') ~= ARGV[2] or (trail[2] or '') ~= ARGV[3] or trail[3] == '1' then
  return redis.call('LINDEX', KEYS[2], ARGV[2]) == ARGV[13] and 1 or 0
end
if not trail[1] then
  -- Lines without a trail belong to none; a new chain begins with its first.
  redis.call('DEL', KEYS[2])
end
local close_at = ARGV[6]
if trail[4] and (close_at == 'inf' or tonumber(trail[4]) < tonumber(close_at)) then
  close_at = trail[4]
end
for i = 13, #ARGV do
  redis.call('RPUSH', KEYS[2], ARGV[i])
end
redis.call('HSET', KEYS[1], 'site', ARGV[4], 'begun_at', ARGV[5], 'close_at', close_at, 'sweep_at', ARGV[7],
  'closed', ARGV[8], 'n', ARGV[9], 'head', ARGV[10])
redis.call('PEXPIRE', KEYS[1], ARGV[11])
redis.call('PEXPIRE', KEYS[2], ARGV[11])
list(KEYS[3], ARGV[1], ARGV[7], ARGV[11])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[12])
list(KEYS[4], ARGV[1], ARGV[8] == '1' and 'inf' or close_at, ARGV[11])
return 1
