jobs = Jobs
jobs-all = All
jobs-what = Work
jobs-progress = Progress
jobs-done = Done
jobs-of = to do
jobs-failed = Failed
jobs-failed-word = failed
jobs-went = went well
jobs-to-do = to do
jobs-untouched = not touched
jobs-by = Started by
jobs-started = Started
jobs-ended = Ended
jobs-reason = Reason
jobs-organization = Organization
jobs-group = Group
jobs-id = Id of the job
jobs-about = About it
jobs-working = Working
jobs-finished = Over
jobs-left = about { $time } left
jobs-leave = You can leave this page: the server goes on by itself, even after a restart.
jobs-stop = Stop
jobs-retry = { $count ->
    [one] Retry the one that failed
   *[other] Retry the { $count } failed
  }
jobs-failures = { $count ->
    [one] One failed
   *[other] { $count } failed
  }
jobs-csv = Download what failed as CSV
jobs-csv-gathering = Gathering what failed
jobs-csv-done = { $count ->
    [one] One line is in the file
   *[other] { $count } lines are in the file
  }
jobs-said = { $done } done, { $failed } failed
jobs-none = No jobs yet
jobs-none-text = What is done to many devices at once runs as a job: claims and installations of a whole order, or a revocation.
jobs-state-waiting = Waiting
jobs-state-running = Running
jobs-state-stopping = Stopping
jobs-state-stopped = Stopped
jobs-state-done = Done
jobs-kind-claim = Claim
jobs-kind-install = Install
jobs-kind-suspend = Suspend
jobs-kind-resume = Resume
jobs-kind-revoke = Revoke
jobs-kind-retire = Retire
jobs-kind-group = Move to a group
jobs-title-claim = { $count ->
    [one] Claim one device
   *[other] Claim { $count } devices
  }
jobs-title-install = { $count ->
    [one] Install one device
   *[other] Install { $count } devices
  }
jobs-title-suspend = { $count ->
    [one] Suspend one device
   *[other] Suspend { $count } devices
  }
jobs-title-resume = { $count ->
    [one] Resume one device
   *[other] Resume { $count } devices
  }
jobs-title-revoke = { $count ->
    [one] Revoke one device
   *[other] Revoke { $count } devices
  }
jobs-title-retire = { $count ->
    [one] Retire one device
   *[other] Retire { $count } devices
  }
jobs-title-group = { $count ->
    [one] Move one device to a group
   *[other] Move { $count } devices to a group
  }
