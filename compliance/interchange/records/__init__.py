"""An assessment for machines: what goes into its report, and the check of both."""
