-- Read the versions of many sessions of one shard.
--
-- KEYS     sessions
-- Returns  for each its version as text, or nil where there is no such session.
-- Again:   the same; nothing is written.
local found = {}
for i, key in ipairs(KEYS) do
  found[i] = redis.call('HGET', key, 'version')
end
return found
