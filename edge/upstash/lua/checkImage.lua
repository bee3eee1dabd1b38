-- Checks that the session is live and, with an image id, that the image was not
-- removed. ARGV: image id or nothing.
local session, refused = live()
if not session then return {refused} end
if redis.call('HEXISTS', KEYS[1], 'gone:' .. ARGV[5]) == 1 then return {'image_removed', ARGV[5]} end
local fields = redis.call('HMGET', KEYS[1], 'revision', 'expires', 'joined')
return {'ok', {'session', session, 'revision', fields[1], 'expires', fields[2], 'joined', fields[3] or '0'}}
