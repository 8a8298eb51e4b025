device = Device
device-overview = Overview
device-signals = Signals
device-events = Events
device-identity = Identity & keys
device-tabs = Parts of this device
device-acts = What can be done
device-gone = There is no such device
device-gone-text = It is not there, or not yours to see.
device-to-fleet = Go to the fleet
device-life = Life
device-life-made = made
device-life-claiming = being claimed
device-life-claimed = claimed
device-life-installed = installed
device-life-suspended = suspended
device-life-revoked = revoked
device-life-retired = retired
device-model = Model
device-id = Id
device-project = Project
device-site = Site
device-group = Group
device-made = Made
device-hello = Last hello
device-chain = Last batch
device-choose = Choose…
device-choose-site = Choose the site first.
device-group-none = No group
device-install-hint = A device has to have said hello within the last ten minutes.
device-yes = yes
device-no = no
device-chart = Chart
device-limit = limit { $value }
device-signal-add = Add signals
device-signal-remove = Take { $name } off the chart
device-of-device = Of another device
device-find-other = Serial number or model
device-find-none = No device of this project fits.
device-signals-of = Signals of { $serial }
device-signals-bad = Not all signals in the address can be shown: some are no signals, or they are more than { $count }.
device-signals-max = A chart takes { $count } signals.
device-no-readings = No readings in this span. Choose a longer one.
device-silent = No readings yet
device-silent-held = Everything so far is held back
device-silent-held-text = { $count ->
    [one] One batch that it sent waits for a decision. Once it is released, its readings stand here.
   *[other] { $count } batches that it sent wait for a decision. Once they are released, their readings stand here.
  }
device-silent-held-go = Look at what is held
device-silent-installed = It is installed and has sent nothing so far. Readings appear here as they come; check that its agent runs and reaches this server.
device-silent-claimed = It belongs to you and is not installed yet. Install it at a site; then it may send.
device-silent-other = At this stage of its life a device sends nothing.
device-held-count = { $count ->
    [one] { $count } batch held back
   *[other] { $count } batches held back
  }
device-recent = Recently
device-all-events = All events
device-no-events = Nothing has happened yet
device-no-events-text = Its claim, its installation and everything that people do to it will appear here.
device-closed = Readings are not yours to see
device-closed-text = Your role covers the device itself, not what it measures. The right is called telemetry.read.
device-record-closed = You may not read the record of acts here; what was held back is shown alone. The right is called record.read.
device-held = { $count ->
    [one] One reading held back
   *[other] { $count } readings held back
  }
device-reason-wrong-kind = text instead of a number
device-reason-undeclared-metric = a signal that is not declared
device-reason-wrong-unit = in another unit than declared
device-reason-clock = a wrong time
device-reason-repeated-gap = batches missing again
device-reason-rate = more readings than declared
device-reason-network = from a network that is not of its site
device-decision-held = waits for a decision
device-decision-released = released
device-decision-destroyed = destroyed
device-reason-outside-range = outside its physical range
device-reason-fork = two batches with the same place in its chain
device-doer-device = the device itself
device-doer-server = the server
device-doer-key = a program
device-doer-person = a person
device-verb-device-claim = Claim opened
device-verb-device-claimed = Claimed, with its own key
device-verb-device-install = Installed
device-verb-device-suspend = Suspended
device-verb-device-resume = Resumed
device-verb-device-revoke = Revoked
device-verb-device-retire = Retired
device-verb-device-arrange = Moved to another group
device-verb-device-key = API key issued
device-verb-certificate-issue = Certificate issued
device-verb-certificate-use = Certificate first used
device-verb-certificate-revoke = Certificate revoked
device-metric = Signal
device-latest = Latest
device-limits = Limits
device-age = Last
device-first = Since
device-owner = Owner and chain
device-owner-epoch = Times it changed hands
device-key = Device key
device-boot = Boot epoch
device-seq = Sequence number
device-head = Hash of the last batch
device-maker = Maker
device-order = Work order
device-birth = Birth chain
device-birth-text = From the device up to its maker’s root.
device-birth-none = The server keeps no birth certificate of it.
device-issued-by = issued by { $name }
device-fingerprint = Fingerprint
device-certificates = Certificates
device-certificates-text = What it shows when it connects. It renews them by itself before they expire.
device-certificates-none = It has none: it was never claimed, or they were revoked.
device-certificate-span = { $from } – { $to }
device-certificate-valid = valid
device-certificate-expiring = expires soon
device-certificate-expired = expired
device-certificate-revoked = revoked
device-used = first used
device-keys = API keys
device-keys-text = With one of these and its certificate it fetches its tokens.
device-act-install = Install…
device-act-group = Move to group…
device-act-suspend = Suspend…
device-act-resume = Resume…
device-act-revoke = Revoke…
device-act-retire = Retire…
device-act-install-title = { $count ->
    [one] Install { $name }
   *[other] Install { $count } devices
  }
device-act-install-text = { $count ->
    [one] From then on its readings are taken into the project, at this site. If it is installed somewhere else, it moves.
   *[other] From then on their readings are taken into the project, at this site. Those that are installed somewhere else move.
  }
device-act-install-verb = { $count ->
    [one] Install
   *[other] Install { $count } devices
  }
device-act-install-done = { $name } is installed
device-act-group-title = { $count ->
    [one] Move { $name } to a group
   *[other] Move { $count } devices to a group
  }
device-act-group-text = { $count ->
    [one] Roles that were given for a group hold for it as soon as it is in there, and no longer for the group that it leaves.
   *[other] Roles that were given for a group hold for them as soon as they are in there, and no longer for the groups that they leave.
  }
device-act-group-verb = { $count ->
    [one] Move
   *[other] Move { $count } devices
  }
device-act-group-done = { $name } was moved
device-act-suspend-title = { $count ->
    [one] Suspend { $name }?
   *[other] Suspend { $count } devices?
  }
device-act-suspend-text = { $count ->
    [one] Its connection closes at once and its readings are refused until it is resumed. What it measures meanwhile it keeps itself.
   *[other] Their connections close at once and their readings are refused until they are resumed. What they measure meanwhile they keep themselves.
  }
device-act-suspend-verb = { $count ->
    [one] Suspend
   *[other] Suspend { $count } devices
  }
device-act-suspend-done = { $name } is suspended
device-act-resume-title = { $count ->
    [one] Resume { $name }?
   *[other] Resume { $count } devices?
  }
device-act-resume-text = { $count ->
    [one] Its readings are taken again, and it sends what it kept.
   *[other] Their readings are taken again, and they send what they kept.
  }
device-act-resume-verb = { $count ->
    [one] Resume
   *[other] Resume { $count } devices
  }
device-act-resume-done = { $name } is resumed
device-act-revoke-title = { $count ->
    [one] Revoke { $name }?
   *[other] Revoke { $count } devices?
  }
device-act-revoke-text = { $count ->
    [one] Its certificates and keys are revoked for good. To send again it has to be claimed and installed anew. What it sent so far is kept.
   *[other] Their certificates and keys are revoked for good. To send again they have to be claimed and installed anew. What they sent so far is kept.
  }
device-act-revoke-verb = { $count ->
    [one] Revoke
   *[other] Revoke { $count } devices
  }
device-act-revoke-done = { $name } is revoked
device-act-retire-title = { $count ->
    [one] Retire { $name }?
   *[other] Retire { $count } devices?
  }
device-act-retire-text = { $count ->
    [one] It goes out of use for ever: nothing leads back from here. What it sent so far is kept.
   *[other] They go out of use for ever: nothing leads back from here. What they sent so far is kept.
  }
device-act-retire-verb = { $count ->
    [one] Retire
   *[other] Retire { $count } devices
  }
device-act-retire-done = { $name } is retired
device-every = Show all { $count } signals
device-fewer = Show fewer
