"""The Lua scripts of the Redis store: each call of the store is one script, so one step and one trip.

Layout of the keys, for prefix ``askpro`` and namespace ``salon`` (the braces keep a namespace on one
node of a cluster, which is what lets a script touch several keys):

========================================  ======  ========================================================
``askpro:{salon}:value:KEY``              hash    ``v`` value, ``t`` when stored, ``g`` tags as JSON
``askpro:{salon}:counter:KEY``            string  a counter
``askpro:{salon}:list:KEY``               list    a bounded list
``askpro:{salon}:lock:NAME``              string  the holder's token
``askpro:{salon}:generations``            hash    tag → generation, no expiry
``askpro:{salon}:counters``               zset    the names of the counters, scored by expiry (ms)
========================================  ======  ========================================================

Expiry and ``TIME`` are the server's. Runs on Redis from 6 and Valkey from 7 (effects replication).
"""

from __future__ import annotations

_PRELUDE = """
local function now()
  local t = redis.call('TIME')
  return tonumber(t[1]) + tonumber(t[2]) / 1000000
end

local function expire(key, ttl)
  if ttl ~= '' then redis.call('PEXPIRE', key, ttl) end
end

-- value, time stored; nothing when absent or filled under a tag bumped since
local function live(generations, key)
  local found = redis.call('HMGET', key, 'v', 't', 'g')
  if not found[1] then return nil end
  if found[3] ~= '' then
    for tag, generation in pairs(cjson.decode(found[3])) do
      if tonumber(redis.call('HGET', generations, tag) or '0') ~= generation then return nil end
    end
  end
  return found[1], found[2]
end

-- A script's first write must be one that a full server refuses: after it, none is refused any more.
local function put(key, value, ttl, tags)
  redis.call('HSET', key, 'v', value, 't', string.format('%.6f', now()), 'g', tags)
  redis.call('PERSIST', key)
  expire(key, ttl)
end
"""

GET = _PRELUDE + "return live(KEYS[1], KEYS[2]) or false"

GET_ENTRIES = (
    _PRELUDE
    + """
local at, answer = now(), {}
for i = 2, #KEYS do
  local value, stored = live(KEYS[1], KEYS[i])
  answer[i - 1] = value and {value, string.format('%.6f', at - stored), redis.call('PTTL', KEYS[i]),
    string.format('%.6f', at)} or false
end
return answer
"""
)

SET = _PRELUDE + "put(KEYS[1], ARGV[1], ARGV[2], '')"

# ARGV: expected there (1/0), expected, value there (1/0), value, ttl
COMPARE_AND_SET = (
    _PRELUDE
    + """
local value = live(KEYS[1], KEYS[2])
if ARGV[1] == '1' then
  if value ~= ARGV[2] then return 0 end
elseif value then
  return 0
end
if ARGV[3] == '1' then put(KEYS[2], ARGV[4], ARGV[5], '') else redis.call('DEL', KEYS[2]) end
return 1
"""
)

# KEYS: generations, entries…; ARGV: how many tags, the tags as JSON, tag, generation, …, value, ttl, …
SET_TAGGED = (
    _PRELUDE
    + """
local first = 3 + 2 * tonumber(ARGV[1])
for i = 3, first - 1, 2 do
  if (redis.call('HGET', KEYS[1], ARGV[i]) or '0') ~= ARGV[i + 1] then return 0 end
end
for i = 2, #KEYS do
  local at = first + 2 * (i - 2)
  put(KEYS[i], ARGV[at], ARGV[at + 1], ARGV[2])
end
return 1
"""
)

# KEYS: generations, names of the counters, then value, counter and list of each name; ARGV: the names
DELETE = (
    _PRELUDE
    + """
local gone = 0
for i, name in ipairs(ARGV) do
  local at = 3 * i
  if live(KEYS[1], KEYS[at]) then gone = gone + 1 end
  gone = gone + redis.call('EXISTS', KEYS[at + 1], KEYS[at + 2])
  redis.call('UNLINK', KEYS[at], KEYS[at + 1], KEYS[at + 2])
  redis.call('ZREM', KEYS[2], name)
end
return gone
"""
)

# KEYS: generations, values…
CLEAR = (
    _PRELUDE
    + """
local gone = 0
for i = 2, #KEYS do
  if live(KEYS[1], KEYS[i]) then gone = gone + 1 end
  redis.call('UNLINK', KEYS[i])
end
return gone
"""
)

# KEYS: generations, values…; answers 1 or 0 for each value
LIVE = (
    _PRELUDE
    + """
local answer = {}
for i = 2, #KEYS do answer[i - 1] = live(KEYS[1], KEYS[i]) and 1 or 0 end
return answer
"""
)

# KEYS: names of the counters, counters…; ARGV: ttl, then name and amount of each
INCREMENT = (
    _PRELUDE
    + """
local at, answer = now() * 1000, {}
for i = 2, #KEYS do
  local name, amount = ARGV[2 * i - 2], ARGV[2 * i - 1]
  local fresh = redis.call('EXISTS', KEYS[i]) == 0
  answer[i - 1] = redis.call('INCRBY', KEYS[i], amount)
  if fresh then
    expire(KEYS[i], ARGV[1])
    redis.call('ZADD', KEYS[1], ARGV[1] == '' and '+inf' or at + ARGV[1], name)
  end
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at)
return answer
"""
)

# KEYS: names of the counters; ARGV: prefix, what comes before a name in a counter's key
COUNTERS = (
    _PRELUDE
    + """
local answer = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(name, 1, #ARGV[1]) == ARGV[1] then
    local amount = redis.call('GET', ARGV[2] .. name)
    if amount then
      answer[#answer + 1] = name
      answer[#answer + 1] = amount
    end
  end
end
return answer
"""
)

# ARGV: value, limit, ttl
APPEND = """
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], -ARGV[2], -1)
if ARGV[3] ~= '' then redis.call('PEXPIRE', KEYS[1], ARGV[3]) else redis.call('PERSIST', KEYS[1]) end
"""

# KEYS: list, names of the counters, counters…; ARGV: limit, name and amount of each, then the values
RECORD = (
    _PRELUDE
    + """
for i = 3, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 0 then redis.call('ZADD', KEYS[2], '+inf', ARGV[2 * i - 4]) end
  redis.call('INCRBY', KEYS[i], ARGV[2 * i - 3])
end
for i = 2 * #KEYS - 2, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('LTRIM', KEYS[1], -ARGV[1], -1)
redis.call('PERSIST', KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now() * 1000)
"""
)

BUMP = "for _, tag in ipairs(ARGV) do redis.call('HINCRBY', KEYS[1], tag, 1) end"

RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0"

RELEASE = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0"
