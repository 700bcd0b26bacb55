# What R `survey` says of small random designs; run as: Rscript random_designs.R, in the folder of random_data.csv and random_kinds.csv
# (make_random_designs.py writes both). Writes random_r.csv; a figure that R cannot give is left empty. Made with R 4.2.2, survey 4.1.1.
suppressMessages(library(survey))
options(digits = 15, survey.lonely.psu = "adjust", warn = -1)
data <- read.csv("random_data.csv", colClasses = c(s = "character", c = "character", k = "character", g = "character"),
  na.strings = c("", "NA"), encoding = "UTF-8")
kinds <- read.csv("random_kinds.csv")
rows <- list()
number <- function(x) { x <- suppressWarnings(as.numeric(x)); if (length(x) == 0 || !is.finite(x[1])) NA else signif(x[1], 11) }
or_none <- function(x) tryCatch(x, error = function(e) NULL)
add <- function(design, statistic, variable, level, by, f, ci, n, degrees) {
  ci <- or_none(ci); if (is.null(ci)) ci <- c(NA, NA)
  effect <- or_none(deff(f))
  rows[[length(rows) + 1]] <<- data.frame(design, statistic, variable, level, by, estimate = number(coef(f)), se = number(SE(f)),
    low = number(ci[1]), high = number(ci[2]), deff = if (is.null(effect)) NA else number(effect), n, degrees)
}
figures <- function(name, d, by, levels) {
  present <- d[!is.na(d$variables$y), ]
  if (nrow(present) > 0) {
    n <- nrow(present)
    for (statistic in c("mean", "total")) {
      f <- or_none(if (statistic == "mean") svymean(~y, present, deff = TRUE) else svytotal(~y, present, deff = TRUE))
      if (!is.null(f)) add(name, statistic, "y", "", by, f, confint(f, df = degf(present)), n, degf(present))
    }
    q <- or_none(svyquantile(~y, present, 0.5, ci = TRUE))
    if (!is.null(q)) add(name, "median", "y", "", by, q, confint(q), n, degf(present))
  }
  both <- d[!is.na(d$variables$y) & !is.na(d$variables$x), ]
  if (nrow(both) > 0) {
    f <- or_none(svyratio(~y, ~x, both, deff = TRUE))
    if (!is.null(f)) add(name, "ratio", "y/x", "", by, f, confint(f, df = degf(both)), nrow(both), degf(both))
  }
  known <- d[!is.na(d$variables$k), ]
  if (nrow(known) > 0) for (level in levels) {
    known <- update(known, hit = as.numeric(k == level))
    m <- or_none(svymean(~hit, known, deff = TRUE))
    if (!is.null(m)) {
      inside <- isTRUE(coef(m) > 1e-12 & coef(m) < 1 - 1e-12)
      add(name, "prop", "k", level, by, m, if (inside) attr(svyciprop(~hit, known, method = "logit"), "ci") else NULL, nrow(known), degf(known))
    }
  }
}
for (i in seq_len(nrow(kinds))) {
  kind <- kinds[i, ]
  d <- data[data$design == kind$design, ]
  d$one <- 1
  d$N <- ifelse(d$N == 1, 1 + 1e-9, d$N)  # a plain 1 beside larger numbers is an error in R
  # R takes no design of a single unit.
  if (length(unique(if (kind$cluster) d$c else seq_len(nrow(d)))) < 2) next
  design <- svydesign(id = if (kind$cluster) ~c else ~1, strata = if (kind$strata) ~s else ~one,
    fpc = if (kind$fpc) ~N else NULL, weights = if (kind$weights) ~w else NULL, data = d)
  levels <- sort(unique(d$k[!is.na(d$k)]))
  figures(kind$design, design, "", levels)
  for (g in sort(unique(d$g[!is.na(d$g)]))) figures(kind$design, design[!is.na(d$g) & d$g == g, ], g, levels)
}
write.csv(do.call(rbind, rows), "random_r.csv", row.names = FALSE, na = "", quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), "\n")
