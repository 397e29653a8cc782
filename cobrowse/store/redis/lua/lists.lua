-- No script of its own: what scripts need that keep a list by time. Sent before each that uses it.

-- Let a key live for so many milliseconds at least.
local function keep(key, milliseconds)
  if redis.call('PTTL', key) < tonumber(milliseconds) then
    redis.call('PEXPIRE', key, milliseconds)
  end
end

-- Put an id on a list at its time, or off it where that is "inf". The list lives as long as the longest of its things.
local function list(key, id, time, milliseconds)
  if time == 'inf' then
    redis.call('ZREM', key, id)
  else
    redis.call('ZADD', key, time, id)
    keep(key, milliseconds)
  end
end

