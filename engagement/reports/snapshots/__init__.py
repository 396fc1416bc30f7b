"""Reports that were frozen: their figures as dated rows, by hand or at the end of each month."""
