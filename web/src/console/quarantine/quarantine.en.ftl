quarantine = Quarantine
quarantine-why = Held because
quarantine-causes = Causes
quarantine-readings = Readings
quarantine-index = Leaf
quarantine-since = Held
quarantine-decided = Decided
quarantine-id = Id of the batch
quarantine-batch = Batch
quarantine-metric = Signal
quarantine-value = Value
quarantine-time = Measured
quarantine-expected = Declared
quarantine-undeclared = not declared
quarantine-between = { $min } to { $max }
quarantine-limit = Limit { $value }
quarantine-sample = Readings
quarantine-sample-part = The first { $shown } of { $total }.
quarantine-sample-gone = The readings were destroyed. That they were there, and why they were held, stays on the record.
quarantine-failed = Why it is held
quarantine-passed = Everything else passed: certificate, token, owner, place and order of the batch.
quarantine-what = What you can do
quarantine-what-release = The readings join the device’s history at their own times. The record keeps that they were held, and who let them in.
quarantine-what-fork = Not possible for a fork: two histories of one device cannot both be true. Destroy one, and claim the device again.
quarantine-what-destroy = The readings are gone for good. Only that they were there, and why they were held, is kept.
quarantine-release = Release
quarantine-destroy = Destroy
quarantine-unselect = Unselect
quarantine-place = { $place } of { $total }
quarantine-working = Deciding
quarantine-key-release = Release what is selected
quarantine-key-destroy = Destroy what is selected
quarantine-key-next = Next batch
quarantine-key-before = Batch before
quarantine-key-back = Back to the list
quarantine-state-held = Held
quarantine-state-released = Released
quarantine-state-destroyed = Destroyed
quarantine-none-held = Nothing is held back
quarantine-none-released = Nothing was released
quarantine-none-destroyed = Nothing was destroyed
quarantine-none-filter = Nothing is held for this cause
quarantine-none-text = Readings that fail a check are kept apart here until somebody decides. They appear by themselves.
quarantine-ask-release = { $count ->
    [one] Release this batch?
   *[other] Release { $count } batches?
  }
quarantine-ask-destroy = { $count ->
    [one] Destroy this batch?
   *[other] Destroy { $count } batches?
  }
quarantine-verb-release = { $count ->
    [one] Release the batch
   *[other] Release { $count } batches
  }
quarantine-verb-destroy = { $count ->
    [one] Destroy the batch
   *[other] Destroy { $count } batches
  }
quarantine-done-release = { $count ->
    [one] The batch is released
   *[other] { $count } batches are released
  }
quarantine-done-destroy = { $count ->
    [one] The batch is destroyed
   *[other] { $count } batches are destroyed
  }
quarantine-effect-release = { $devices ->
    [one] Readings of one device ({ $readings }) join its history and appear in charts and exports from then on.
   *[other] Readings of { $devices } devices ({ $readings }) join their histories and appear in charts and exports from then on.
  }
quarantine-effect-destroy = { $devices ->
    [one] Readings of one device ({ $readings }) are destroyed. Nobody can bring them back. The record keeps that they were held, why, and who destroyed them.
   *[other] Readings of { $devices } devices ({ $readings }) are destroyed. Nobody can bring them back. The record keeps that they were held, why, and who destroyed them.
  }
quarantine-overtaken = { $count ->
    [one] Somebody else decided about this batch first. Nothing was changed by you.
   *[other] Somebody else decided about { $count } of these batches first. Nothing was changed by you there.
  }
quarantine-left = { $count ->
    [one] One more is selected and stays held: a fork cannot be released.
   *[other] { $count } more are selected and stay held: a fork cannot be released.
  }
quarantine-reason-undeclared-metric = Signal not declared
quarantine-reason-wrong-unit = Wrong unit
quarantine-reason-wrong-kind = Text instead of a number
quarantine-reason-outside-range = Outside the physical range
quarantine-reason-clock = Wrong time
quarantine-reason-repeated-gap = Batches missing
quarantine-reason-fork = Two histories of one device
quarantine-reason-rate = Too many readings
quarantine-reason-network = Foreign network
quarantine-advice-undeclared-metric = Declare the signal in the project, or let the device send only what the project declares.
quarantine-advice-wrong-unit = Correct the unit in the device, or in the project if that is what is wrong.
quarantine-advice-wrong-kind = Let the device send a number, or declare the signal without unit and range.
quarantine-advice-outside-range = Look at the sensor and its wiring. If the value is real, widen the range in the project.
quarantine-advice-clock = Set the device’s clock. Readings far ahead, or older than the project keeps, are held here.
quarantine-advice-repeated-gap = The device was told which batch is missing and does not have it any more. Look at its storage.
quarantine-advice-fork = An image was restored, or a key was copied. Find the second device, and claim the right one again.
quarantine-advice-rate = It sends more than ten times as often as declared. Correct the period in one of the two.
quarantine-advice-network = It speaks from outside its site’s networks. Was it moved, or did the site’s network change?
