-- KEYS encounter; ARGV session id, ttl.
if not live(KEYS[1], ARGV[1], ARGV[2]) then return {'session_expired'} end
local keys = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.match(all[i], '^image:') or string.match(all[i], '^slot:') then
    table.insert(keys, cjson.decode(all[i + 1]).s3Key)
  end
end
local revision = redis.call('HINCRBY', KEYS[1], 'revision', 1)
redis.call('DEL', KEYS[1])
return {'ok', keys, revision}
