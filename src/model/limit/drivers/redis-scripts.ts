// What Redis does in one step, with its own clock. Times are milliseconds since 2026, so that fractions of a microsecond fit
// into a double; they are written with six decimals.
//
// Keys of a claim: for each meter a hash (`r` and `t`: when all requests and all tokens are given back) and a sorted set (calls
// under way, by the end of their lease); for each purse the nano-dollars spent in its window.

const NOW = `
local time = redis.call('TIME')
local now = (tonumber(time[1]) - 1767225600) * 1000 + tonumber(time[2]) / 1000
local function text(value) return string.format('%.6f', value) end`

/** KEYS: two a meter, one a purse. ARGV: meters, purses, lease, leaseMs, tokens, reserve; five numbers a meter (requestMs,
 *  requestBurstMs, tokenMs, tokenBurstMs, concurrent or -1); two a purse (limit, end of the window in ms since the epoch or 0).
 *  Answers `{ 'ok', spent … }`, or `{ reason, place from 1, ms to wait (-1: never) }` and has written nothing. */
export const TAKE = `${NOW}
local meters, purses = tonumber(ARGV[1]), tonumber(ARGV[2])
local lease, leaseMs = ARGV[3], tonumber(ARGV[4])
local tokens, reserve = tonumber(ARGV[5]), tonumber(ARGV[6])
local function number(meter, place) return tonumber(ARGV[6 + (meter - 1) * 5 + place]) end
local first = 6 + meters * 5
local spent = {}
for i = 1, purses do
  spent[i] = tonumber(redis.call('GET', KEYS[2 * meters + i]) or '0')
  if reserve > 0 and spent[i] + reserve > tonumber(ARGV[first + 2 * i - 1]) then return { 'budget', i, string.format('%.0f', spent[i]) } end
end
local slow, longest, full = nil, 0, nil
local tats = {}
local function look(what, i, tat, cost, burst)
  local over = math.max(tat - now, 0) + cost - burst
  if over > 0.001 then
    if cost - burst > 0.001 then over = math.huge end
    if over > longest then slow, longest = { what, i }, over end
  end
  return math.max(tat, now) + cost
end
for i = 1, meters do
  local requestMs, tokenMs = number(i, 1), number(i, 3)
  if requestMs > 0 or tokenMs > 0 then
    local known = redis.call('HMGET', KEYS[2 * i - 1], 'r', 't')
    local r, t = tonumber(known[1] or '0'), tonumber(known[2] or '0')
    if requestMs > 0 then r = look('requests', i, r, requestMs, number(i, 2)) end
    if tokenMs > 0 then t = look('tokens', i, t, tokens * tokenMs, number(i, 4)) end
    tats[i] = { r, t }
  end
  local concurrent = number(i, 5)
  if concurrent >= 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[2 * i], '-inf', text(now))
    if full == nil and redis.call('ZCARD', KEYS[2 * i]) >= concurrent then full = i end
  end
end
if slow then
  if longest == math.huge then longest = -1 end
  return { slow[1], slow[2], text(longest) }
end
if full then return { 'concurrency', full, '0' } end
for i = 1, meters do
  if tats[i] then
    redis.call('HSET', KEYS[2 * i - 1], 'r', text(tats[i][1]), 't', text(tats[i][2]))
    redis.call('PEXPIRE', KEYS[2 * i - 1], math.max(math.ceil(math.max(tats[i][1], tats[i][2]) - now), 1))
  end
  if number(i, 5) >= 0 then
    redis.call('ZADD', KEYS[2 * i], text(now + leaseMs), lease)
    redis.call('PEXPIRE', KEYS[2 * i], leaseMs)
  end
end
local answer = { 'ok' }
for i = 1, purses do
  local key, to = KEYS[2 * meters + i], tonumber(ARGV[first + 2 * i])
  redis.call('INCRBY', key, string.format('%.0f', reserve))
  if to > 0 then redis.call('PEXPIREAT', key, string.format('%.0f', to)) end
  answer[i + 1] = string.format('%.0f', spent[i] + reserve)
end
return answer`

/** KEYS as above. ARGV: meters, purses, lease; for each meter what to add to `t` in ms; for each purse the nano-dollars to add.
 *  A window that is over is not opened again. */
export const SETTLE = `${NOW}
local meters, purses, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
for i = 1, meters do
  redis.call('ZREM', KEYS[2 * i], lease)
  local delta = tonumber(ARGV[3 + i])
  if delta ~= 0 then
    local known = redis.call('HMGET', KEYS[2 * i - 1], 'r', 't')
    if known[2] or delta > 0 then
      local t = tonumber(known[2] or text(now)) + delta
      redis.call('HSET', KEYS[2 * i - 1], 'r', known[1] or '0', 't', text(t))
      local most = math.max(t, tonumber(known[1] or '0'))
      redis.call('PEXPIRE', KEYS[2 * i - 1], math.max(math.ceil(most - now), 1))
    end
  end
end
for i = 1, purses do
  local key, delta = KEYS[2 * meters + i], ARGV[3 + meters + i]
  if delta ~= '0' and redis.call('EXISTS', key) == 1 then redis.call('INCRBY', key, delta) end
end
return 1`

/** KEYS: sorted sets. ARGV: leaseMs, one lease a key. */
export const RENEW = `${NOW}
for i = 1, #KEYS do
  redis.call('ZADD', KEYS[i], text(now + tonumber(ARGV[1])), ARGV[i + 1])
  redis.call('PEXPIRE', KEYS[i], ARGV[1])
end
return 1`
