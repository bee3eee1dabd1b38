-- Stores the guide for the phones' cameras. ARGV: the guide; an empty one removes it.
local session, refused = live()
if not session then return {refused} end
if ARGV[5] == '' then
  redis.call('HDEL', KEYS[1], 'guide')
else
  redis.call('HSET', KEYS[1], 'guide', ARGV[5])
end
return {'ok'}
