-- ARGV: keys of objects that were deleted.
for i = 5, #ARGV do
  local till = tonumber(redis.call('HGET', KEYS[2], ARGV[i]) or 0)
  if till <= now then redis.call('HDEL', KEYS[2], ARGV[i]) end
end
mine = {}
if #doomed() == 0 then redis.call('DEL', KEYS[2]) end
return {'ok', redis.call('HGET', KEYS[1], 'revision') or 0}
