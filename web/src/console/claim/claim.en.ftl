claim = Claim
claim-nav = Claim & install
claim-which = Which devices
claim-which-text = A claim is signed for your organization and offered to the device; it is yours once the device has answered.
claim-for = For which organization
claim-for-one = For { $name }.
claim-list = Labels, serial numbers or ids
claim-list-hint = One per line, as many as you like. A label begins with FK1: and proves that you hold the device.
claim-ready = { $count ->
    [one] device is found
   *[other] devices are found
  }
claim-wrong = { $count ->
    [one] line is left out
   *[other] lines are left out
  }
claim-fault-unknown = There is no such device here. Was its hand-over file imported?
claim-fault-ambiguous = More than one device has this serial number. Use its label or id.
claim-fault-label = This is not a whole label: FK1, the device, the secret.
claim-fault-taken = It belongs to another organization.
claim-fault-yours = It is yours already.
claim-fault-twice = It stands above already.
claim-fault-over = It is retired.
claim-verb = { $count ->
    [0] Claim
    [one] Claim one device
   *[other] Claim { $count } devices
  }
claim-as-job = This many are claimed by a job, which you need not watch.
claim-working = Working
claim-kept = Your list is still in the field.
claim-done = { $count ->
    [one] The claim is offered to one device. It is yours when it answers.
   *[other] The claim is offered to { $count } devices. They are yours when they answer.
  }
claim-failed = { $count ->
    [one] One was refused
   *[other] { $count } were refused
  }
claim-coming = On their way
claim-coming-text = Each comes by itself when it next says hello. This list keeps up.
claim-none = Nothing waits. Devices appear here between their claim and their installation.
claim-waits = claimed; waits for its hello
claim-hello = Last hello
claim-how = How?
claim-command = Commands at the device
claim-came = { $count ->
    [one] { $serial } answered: it is yours
   *[other] { $serial } and others answered: they are yours
  }
claim-install = Install
claim-where = Where
claim-where-text = Installing binds a device to a place. It must have said hello in the last ten minutes, so that nobody installs what is not there.
claim-choose-site = Choose a site
claim-no-site = This project has no site yet. Add one first.
claim-away = { $count ->
    [one] One of the selected has not said hello in the last ten minutes and would be refused. Start its agent.
   *[other] { $count } of the selected have not said hello in the last ten minutes and would be refused. Start their agents.
  }
claim-install-verb = { $count ->
    [0] Install
    [one] Install one device
   *[other] Install { $count } devices
  }
claim-installed = { $count ->
    [one] One device is installed at { $site }
   *[other] { $count } devices are installed at { $site }
  }
claim-nothing = Nothing to install
claim-nothing-text = A device can be installed once it is claimed and has answered.
claim-ready-devices = Devices not yet installed
claim-serial = Serial number
claim-model = Model
claim-here = At hand
claim-is-here = said hello, can be installed
claim-is-away = waits for its hello
claim-made = Installed just now
claim-made-text = Readings are taken in from now on. A label on the housing leads whoever stands before it here.
claim-at-device = At the device
claim-at-device-text = The agent answers the claim, fetches a certificate and sends readings. BUNDLE is the folder that the factory made for it.
claim-label-of = Label of { $serial }
claim-label-code = Code that leads to { $serial }
claim-label-text = It leads to the device in this console. It holds no secret; the maker’s own label does.
claim-label-save = Download SVG
claim-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
claim-cut = There are more devices that can be installed than the { $count } that are listed here: install these first, or go on with the program.
