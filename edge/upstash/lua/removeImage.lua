-- Removes an image and leaves a tombstone. ARGV: image id.
local session, refused = live()
if not session then return {refused} end
local image = redis.call('HGET', KEYS[1], 'image:' .. ARGV[5])
local tombstone = 'gone:' .. ARGV[5]
if image then
  local key = cjson.decode(image).s3Key
  redis.call('HDEL', KEYS[1], 'image:' .. ARGV[5], 'changes:' .. ARGV[5])
  redis.call('HSET', KEYS[1], tombstone, key)
  doom(key, lastURL)
  changed()
elseif redis.call('HEXISTS', KEYS[1], tombstone) == 0 then
  return {'image_not_found'}
end
toDelete = doomed()
return {'ok', redis.call('HGET', KEYS[1], 'revision')}
