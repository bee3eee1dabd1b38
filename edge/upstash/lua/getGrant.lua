-- Returns the same as connectPhone to a phone that has joined or waits.
-- ARGV: phone id.
local session, refused = live()
if not session then return {refused} end
local fields = redis.call('HMGET', KEYS[1],
  'seen:' .. ARGV[5], 'wait:' .. ARGV[5], 'left:' .. ARGV[5], 'expires', 'revision')
if not fields[1] and not fields[2] then return {fields[3] and 'phone_removed' or 'token_invalid'} end
if fields[2] then redis.call('HSET', KEYS[1], 'asked:' .. ARGV[5], now) end
local images = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 6) == 'image:' then images = images + 1 end
end
return {'ok', session, fields[4], fields[5], images, fields[2] or ''}
