-- Notes that objects were deleted. Those that a signed URL may still store again are
-- kept, marked by a negative time. ARGV: the objects' keys.
local notes = leftovers()
for i = 5, #ARGV do
  local till = notes[ARGV[i]] or 0
  if till > now then
    redis.call('HSET', KEYS[2], ARGV[i], -till)
  elseif now >= -till then
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
toDelete = {}
if #doomed() == 0 then redis.call('HDEL', KEYS[2], 'ended', 'revision') end
if not next(leftovers()) then redis.call('DEL', KEYS[2]) end
return {'ok', redis.call('HGET', KEYS[1], 'revision') or 0}
