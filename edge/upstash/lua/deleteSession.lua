-- Deletes a session. ARGV: revision, force. The list of its objects is kept longer
-- than the session, together with the session's id, so that the call can be repeated
-- until the objects are deleted. Its id stays in its place for a while, so that
-- other calls can tell an end from an expiry.
local session, refused = live()
if session then
  local images, slots = contents()
  if ARGV[6] ~= '1' then
    if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[5] then return {'session_changed'} end
    if next(slots) then return {'uploads_pending'} end
  end
  for _, image in pairs(images) do doom(cjson.decode(image).s3Key, lastURL) end
  for _, slot in pairs(slots) do doom(slot.s3Key, slot.lapses) end
  redis.call('HSET', KEYS[2], 'ended', ARGV[1], 'revision', changed())
  redis.call('PEXPIRE', KEYS[2], 93600000)
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'ended', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], endedLife)
elseif redis.call('HGET', KEYS[2], 'ended') ~= ARGV[1] then
  return {refused}
end
toDelete = doomed()
return {'ok', redis.call('HGET', KEYS[2], 'revision')}
