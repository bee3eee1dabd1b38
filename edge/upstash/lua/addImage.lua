-- KEYS encounter; ARGV session id, ttl, image id, s3Key, size, sha256,
-- image, limit. A slot that lapsed still serves while there is room.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local count = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 6) == 'image:' then count = count + 1 end
end
local stored = redis.call('HGET', KEYS[1], 'image:' .. ARGV[3])
if stored then return {'ok', stored, count, redis.call('HGET', KEYS[1], 'revision'), 0} end
local slot = redis.call('HGET', KEYS[1], 'slot:' .. ARGV[3])
if not slot then return {'object_missing'} end
slot = cjson.decode(slot)
if slot.s3Key ~= ARGV[4] or slot.size ~= tonumber(ARGV[5]) or (ARGV[6] ~= '' and slot.sha256 ~= ARGV[6]) then return {'object_missing'} end
if count >= tonumber(ARGV[8]) then return {'limit_reached'} end
local image = ARGV[7]
redis.call('HSET', KEYS[1], 'image:' .. ARGV[3], image)
redis.call('HDEL', KEYS[1], 'slot:' .. ARGV[3])
return {'ok', image, count + 1, redis.call('HINCRBY', KEYS[1], 'revision', 1), 1}
