orders = Factory orders
orders-import = Import a hand-over file
orders-import-verb = Import
orders-import-do = { $count ->
    [one] Import one device
   *[other] Import { $count } devices
  }
orders-import-text = Take the file that the maker gave you with the devices. Its name ends in .registry.json; `fieldkeep factory` writes it into its folder orders.
orders-import-checked = The server proves every signature before it takes one device: the maker’s key, the order, and a voucher for each.
orders-imported = { $added ->
    [one] One device is new,
   *[other] { $added } devices are new,
  } { $known ->
    [0] none was known before.
    [one] one was known before.
   *[other] { $known } were known before.
  }
orders-imported-next = Next, an organization claims them: by label, serial number or id.
orders-file = Hand-over file
orders-choose = Choose a file
orders-choose-other = Choose another
orders-drop = or drop it here
orders-kept = Nothing was taken from the file. It is still chosen here.
orders-fault-large = The file is larger than 32 MB. A hand-over file is smaller; ask the maker for one file per order.
orders-fault-json = This is not a JSON file, or it was cut off on the way. Ask the maker for it again.
orders-fault-shape = This is JSON, but not a hand-over file: maker, order and devices have to be in it. Its name ends in .registry.json.
orders-fault-order = This is the work order alone. The hand-over file lies beside it; its name ends in .registry.json.
orders-fault-empty = There are no devices in it. The maker has to assign them to their owner first, and write the file again.
orders-makers = Makers
orders-maker = Maker
orders-model = Model
orders-in-file = Devices in the file
orders-serials = Serial numbers
orders-serial = Serial number
orders-progress = Progress
orders-ordered = Ordered
orders-registered = Registered
orders-claimed = Claimed
orders-installed = Installed
orders-stage-ordered = ordered
orders-stage-registered = registered
orders-stage-claimed = claimed
orders-stage-installed = installed
orders-since = Since
orders-registered-at = registered
orders-id = Id of the order
orders-owner = Owner
orders-hello = Last hello
orders-devices = Devices of the order
orders-claim = Claim devices
orders-fleet = Show in the fleet
orders-gone = This order is not registered here, or is not yours to see.
orders-none = No order yet
orders-none-text = A maker signs a work order and hands over a file with a voucher for every device. Import it to register them.
orders-no-devices = No device that you may see
orders-no-devices-text = Devices appear here when the hand-over file is imported; those of other organizations stay hidden.
orders-state-made = Registered
orders-state-claiming = Being claimed
orders-state-claimed = Claimed
orders-state-installed = Installed
orders-state-suspended = Suspended
orders-state-revoked = Revoked
orders-state-retired = Retired
orders-ended = { $count ->
    [one] one is revoked or retired
   *[other] { $count } are revoked or retired
  }
