-- ARGV: generation, phone id, phone as JSON, how many phones there may be. Returns
-- the session and how many images it has. Beyond so many phones, the one that
-- called longest ago is forgotten.
local session = live()
if not session or redis.call('HGET', KEYS[1], 'generation') ~= ARGV[5] then return {'token_invalid'} end
local images, phones, idle, since = 0, 0, nil, nil
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local kind, id = string.match(all[i], '^(%a+):(.*)$')
  if kind == 'image' then images = images + 1 end
  if kind == 'seen' then
    phones = phones + 1
    local seen = tonumber(all[i + 1])
    if not since or seen < since then idle, since = id, seen end
  end
end
if phones >= tonumber(ARGV[8]) then redis.call('HDEL', KEYS[1], 'seen:' .. idle, 'phone:' .. idle) end
redis.call('HSET', KEYS[1], 'phone:' .. ARGV[6], ARGV[7], 'seen:' .. ARGV[6], now, 'joined', now)
return {'ok', session, redis.call('HGET', KEYS[1], 'expires'), changed(), images}
