-- Let in exactly one nonce.
--
-- KEYS[1]  code
-- ARGV[1]  nonce of the claimant, not empty
-- ARGV[2]  now
-- Returns  the session id, or nil for all who are not let in.
-- Again:   the winner gets the same answer until the code expires or is revoked.
local code = redis.call('HMGET', KEYS[1], 'session', 'expires_at', 'state', 'nonce')
if not code[1] or code[3] ~= 'open' or tonumber(code[2]) <= tonumber(ARGV[2]) then
  return nil
end
if not code[4] then
  redis.call('HSET', KEYS[1], 'nonce', ARGV[1])
elseif code[4] ~= ARGV[1] then
  return nil
end
return code[1]
