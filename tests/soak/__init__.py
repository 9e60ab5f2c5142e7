"""Faults under load: harvests of a site in bad weather, killed and hindered, held against an undisturbed one.

`weather` is the site and what goes wrong on the wire, `lives` what goes wrong on the machine, `trouble` that part of it
which has to happen inside the process, `soaking` runs it all and looks at what came of it.
"""
