-- KEYS encounter; ARGV session id, ttl, image id.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local image = redis.call('HGET', KEYS[1], 'image:' .. ARGV[3])
if not image then return {'image_not_found'} end
redis.call('HDEL', KEYS[1], 'image:' .. ARGV[3])
return {'ok', image, redis.call('HINCRBY', KEYS[1], 'revision', 1)}
