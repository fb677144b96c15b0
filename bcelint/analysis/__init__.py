"""From files to findings: what is evaluated together, kept from earlier runs, judged, and belongs to a run."""
