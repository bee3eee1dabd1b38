-- KEYS encounter; ARGV session id, ttl, image id, now (RFC 3339), metadata,
-- then the names of its fields that change. One that it lacks is removed.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local field = 'image:' .. ARGV[3]
local image = redis.call('HGET', KEYS[1], field)
if not image then return {'image_not_found'} end
image = cjson.decode(image)
image.updatedAt = ARGV[4]
local metadata = cjson.decode(ARGV[5])
for i = 6, #ARGV do image.metadata[ARGV[i]] = metadata[ARGV[i]] end
image = cjson.encode(image)
if string.find(image, '"metadata":[]', 1, true) then image = string.gsub(image, '"metadata":%[%]', '"metadata":{}') end
redis.call('HSET', KEYS[1], field, image)
return {'ok', image, redis.call('HINCRBY', KEYS[1], 'revision', 1)}
