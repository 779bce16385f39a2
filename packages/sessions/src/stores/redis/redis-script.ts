import { createHash } from 'node:crypto';

/** What one item of the script does. The letter is what travels. */
export const REDIS_VERBS = {
  read: 'g',
  lock: 'l',
  renew: 'n',
  unlock: 'u',
  create: 'c',
  update: 'w',
  touch: 't',
  remove: 'd',
  describe: 's',
} as const;

/** Arguments of one item, the verb's letter included; shorter ones are filled up with empty texts. */
export const ARGS_PER_ITEM = 6;

/**
 * One script for every verb, so that everything that one turn of the event loop asks for travels as one command and runs in
 * the order it was asked in: an `unlock` that nobody waited for comes before the `lock` that follows it.
 *
 * KEYS: two per item, the entry and its lease, with the same hash tag. ARGV: the caller's time, then six per item.
 * Replies, one per item: an entry (begins with 1), `B REMAINING LABEL` (another lease), `C ENTRY` (conflict), `E MESSAGE` (the
 * server refused this item: the others stand), 1 or 0, or nil for absent.
 *
 * A create or update that finds its own version stored has succeeded before: its reply was lost and the client sent it again.
 */
export const REDIS_SCRIPT = `
local now = tonumber(ARGV[1])

local function live(key)
  local value = redis.call('GET', key)
  if not value then return false end
  local version, expires = string.match(value, '^1 (%S+) (%d+) ')
  expires = tonumber(expires)
  if not expires or expires <= now then return false end
  return value, version, expires
end

local function owner_of(lease)
  local value = redis.call('GET', lease)
  if not value then return false end
  local owner, full, label = string.match(value, '^(%S+) (%d+) (.*)$')
  return owner or '?', tonumber(full) or 0, label or ''
end

local function busy(lease, mine)
  local owner, full, label = owner_of(lease)
  if not owner or owner == mine then return false, owner end
  local left = redis.call('PTTL', lease)
  if left < 0 or left > full then
    redis.call('PEXPIRE', lease, full)
    left = full
  end
  return 'B ' .. left .. ' ' .. label
end

local function take(lease, owner, duration, label)
  redis.call('SET', lease, owner .. ' ' .. duration .. ' ' .. label, 'PX', duration)
end

local verbs = {}

function verbs.g(key)
  return (live(key))
end

function verbs.l(key, lease, owner, duration, label)
  local value = live(key)
  if not value then return false end
  local other = busy(lease, owner)
  if other then return other end
  take(lease, owner, duration, label)
  return value
end

function verbs.n(key, lease, owner, duration, label)
  if owner_of(lease) ~= owner then return 0 end
  take(lease, owner, duration, label)
  return 1
end

function verbs.u(key, lease, owner)
  if owner_of(lease) == owner then redis.call('DEL', lease) end
  return 1
end

function verbs.c(key, lease, value, ttl)
  local current, version = live(key)
  if current then return version == string.match(value, '^1 (%S+) ') and 1 or 0 end
  redis.call('SET', key, value, 'PX', ttl)
  return 1
end

function verbs.w(key, lease, value, ttl, expected, owner, keep)
  local current, version = live(key)
  if not current then return false end
  local other, held = busy(lease, owner)
  local written = version == string.match(value, '^1 (%S+) ')
  if other and not written then return other end
  if not written then
    if version ~= expected then return 'C ' .. current end
    redis.call('SET', key, value, 'PX', ttl)
  end
  if held and held == owner and keep ~= '1' then redis.call('DEL', lease) end
  return 1
end

function verbs.t(key, lease, from, to, ttl)
  local current, version, expires = live(key)
  if not current or expires ~= tonumber(from) then return 0 end
  local text = string.sub(current, string.len('1 ' .. version .. ' ' .. from .. ' ') + 1)
  redis.call('SET', key, '1 ' .. version .. ' ' .. to .. ' ' .. text, 'PX', ttl)
  return 1
end

function verbs.d(key, lease)
  redis.call('DEL', key, lease)
  return 1
end

function verbs.s(key)
  return redis.call('STRLEN', key) .. ' ' .. redis.call('GETRANGE', key, 0, 99)
end

local replies = {}
for i = 1, #KEYS / 2 do
  local a = 2 + (i - 1) * ${ARGS_PER_ITEM}
  local ok, reply = pcall(verbs[ARGV[a]], KEYS[i * 2 - 1], KEYS[i * 2],
    ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5])
  if not ok then
    reply = 'E ' .. (type(reply) == 'table' and reply.err or tostring(reply))
  end
  replies[i] = reply
end
return replies
`;

/** A script and the digest that EVALSHA names it by. */
export interface RedisScript {
  readonly text: string;
  readonly sha: string;
}

export function redisScript(text: string): RedisScript {
  return Object.freeze({ text, sha: createHash('sha1').update(text).digest('hex') });
}
