-- Scans keys by prefix. KEYS: a key to write, so that a replica, which might lag
-- behind, never runs the script. ARGV: cursor, prefix, how many keys to look at, and
-- the field to return of each, or nothing. Returns the next cursor, and the name and
-- the field's value of each key.
redis.call('SET', KEYS[1], ARGV[1], 'PX', 1000)
local page = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2] .. '*', 'COUNT', ARGV[3])
local found = {}
for _, name in ipairs(page[2]) do
  table.insert(found, name)
  table.insert(found, ARGV[4] ~= '' and redis.call('HGET', name, ARGV[4]) or '')
end
return {'ok', page[1], found}
