"""What a package can hold."""

FORMATS = {
    "csv": "CSV",
    "xlsx": "Excel",
    "parquet": "Parquet",
    "sav": "SPSS",
    "dta": "Stata",
    "ddi": "DDI-Codebook 2.5",
    "sss": "Triple-S 2.0",
    "report": "Word",
}
