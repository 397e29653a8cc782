-- Give what a ticket stands for to exactly one nonce.
--
-- KEYS[1]  ticket
-- ARGV[1]  nonce, not empty
-- ARGV[2]  now
-- Returns  the value, or nil for all others.
-- Again:   the same nonce gets the same answer until the ticket expires.
local ticket = redis.call('HMGET', KEYS[1], 'value', 'expires_at', 'nonce')
if not ticket[1] or tonumber(ticket[2]) <= tonumber(ARGV[2]) then
  return nil
end
if not ticket[3] then
  redis.call('HSET', KEYS[1], 'nonce', ARGV[1])
elseif ticket[3] ~= ARGV[1] then
  return nil
end
return ticket[1]
