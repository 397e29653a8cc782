-- First of the three steps of create: hold the code for one session, not yet to be claimed.
--
-- KEYS[1]  code: hash {session, birth, expires_at, state = reserved | open | revoked, nonce}
-- ARGV[1]  session id
-- ARGV[2]  birth of the session (codec.birth)
-- ARGV[3]  instant at which the code expires
-- ARGV[4]  instant of creation: a code that has expired by then is free
-- ARGV[5]  milliseconds after which the key may be swept
-- Returns  1 if the code is this session's, now or already; 0 if it is another's.
-- Again:   a repeat changes nothing, whatever became of the code.
local code = redis.call('HMGET', KEYS[1], 'session', 'birth', 'expires_at')
if code[1] then
  if code[1] == ARGV[1] and code[2] == ARGV[2] then
    return 1
  end
  if tonumber(code[3]) > tonumber(ARGV[4]) then
    return 0
  end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'session', ARGV[1], 'birth', ARGV[2], 'expires_at', ARGV[3], 'state', 'reserved')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
