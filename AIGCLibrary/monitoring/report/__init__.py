"""The page results/slo.html: what a run showed, in one file that needs nothing else."""
