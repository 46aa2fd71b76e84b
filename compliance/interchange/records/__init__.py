"""An assessment for machines: what goes into its report and the check of both; the bundle
that moves it elsewhere, out and in again."""
