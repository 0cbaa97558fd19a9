-- What wrk sends: signed requests from a file in which all are equally long.
--
--   wrk … -s requests.lua URL -- uniform FILE COUNT   any of them, at random, until time is up
--   wrk … -s requests.lua URL -- once FILE COUNT      each once, in order; ends with the last reply
--   wrk … -s requests.lua URL -- plain                wrk's own GET of the URL
--
-- The last line of output is JSON. For one wrk thread only.

local ffi = require("ffi")
ffi.cdef [[
  struct timespec { long seconds; long nanoseconds; };
  int clock_gettime(int clock, struct timespec* time);
  int open(const char* path, int flags);
  void* mmap(void* address, size_t size, int protection, int flags, int file, long offset);
  int getpid(void);
  int kill(int process, int signal);
]]
local MONOTONIC, READ, PRIVATE, INTERRUPT = 1, 1, 2, 2
local FOREVER_MS = 3600 * 1000

local records, record_size, count
local turns, sent = 0, 0

-- Globals, because done() reads them from the thread.
started, finished, answered, refused = 0, 0, 0, 0

local function now()
  local time = ffi.new("struct timespec")
  ffi.C.clock_gettime(MONOTONIC, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

local function map(path)
  local file = assert(io.open(path, "rb"))
  local size = file:seek("end")
  file:close()
  local address = ffi.C.mmap(nil, size, READ, PRIVATE, ffi.C.open(path, 0), 0)
  assert(ffi.cast("intptr_t", address) ~= -1, "cannot map " .. path)
  return ffi.cast("const char*", address), size
end

local function record(index)
  return ffi.string(records + index * record_size, record_size)
end

local function any()
  return record(math.random(0, count - 1))
end

-- wrk asks before each request how long the connection shall wait: those that get none, for good.
local function wait_for_turn()
  turns = turns + 1
  return turns <= count and 0 or FOREVER_MS
end

local function next_one()
  if sent == 0 then started = now() end
  sent = sent + 1
  return record(sent - 1)
end

local function count_reply(status)
  answered = answered + 1
  if status ~= 200 then refused = refused + 1 end
  if answered == count then
    finished = now()
    ffi.C.kill(ffi.C.getpid(), INTERRUPT)  -- wrk ends early, with its summary.
  end
end

local worker
function setup(thread) worker = thread end

function init(arguments)
  local mode = arguments[1]
  if mode == "plain" then return end
  local size
  records, size = map(arguments[2])
  count = tonumber(arguments[3])
  record_size = size / count
  math.randomseed(os.time())
  local choose = mode == "once" and next_one or any
  if mode == "once" then delay, response = wait_for_turn, count_reply end
  -- wrk asks for one request before it starts, to look at it.
  request = function()
    request = choose
    return record(0)
  end
end

function done(summary, latency)
  local errors = summary.errors
  local seconds = summary.duration / 1e6
  local requests = summary.requests
  if worker:get("started") > 0 then
    local last = worker:get("finished")
    requests = worker:get("answered")
    if last > 0 then seconds = last - worker:get("started") end
  end
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, "p50_us": %d, "p99_us": %d}\n',
    requests, seconds, math.max(errors.status, worker:get("refused")),
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
