# What several screens share: where somebody works.
place-project = Project
place-none = No project yet
place-none-text = A project holds devices and their readings. The first steps make one, with a site and a first device.
place-start = First steps
place-site = Site
place-clear = Clear filters
place-device = Device
place-state = State
