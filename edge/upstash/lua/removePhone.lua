-- Removes a phone, frees its slots and invalidates every invitation. ARGV: phone id.
local session, refused = live()
if not session then return {refused} end
if redis.call('HEXISTS', KEYS[1], 'phone:' .. ARGV[5]) == 0 then return {'bad_request'} end
local seen = redis.call('HGET', KEYS[1], 'seen:' .. ARGV[5])
if redis.call('HDEL', KEYS[1], 'wait:' .. ARGV[5]) == 1 then seen = now end
redis.call('HDEL', KEYS[1], 'asked:' .. ARGV[5])
if not seen then return {'ok', redis.call('HGET', KEYS[1], 'revision')} end
redis.call('HDEL', KEYS[1], 'seen:' .. ARGV[5], 'admitted:' .. ARGV[5])
redis.call('HSET', KEYS[1], 'left:' .. ARGV[5], seen)
redis.call('HINCRBY', KEYS[1], 'generation', 1)
local _, slots = contents()
for id, slot in pairs(slots) do
  if slot.phoneId == ARGV[5] then
    redis.call('HDEL', KEYS[1], 'slot:' .. id)
    doom(slot.s3Key, slot.lapses)
  end
end
return {'ok', changed()}
