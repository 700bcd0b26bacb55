# What R `survey` says of its own api data; run as: Rscript agree_with_r.R, in this folder.
# Writes the two samples (data(api), California Department of Education) and r_survey.csv.
suppressMessages(library(survey))
data(api)
options(digits = 15, survey.lonely.psu = "adjust", warn = -1)
columns <- c("snum", "stype", "api00", "enroll", "api.stu", "awards", "target", "dnum", "fpc")
keep <- function(data, file) write.csv(data[, columns], file, row.names = FALSE, na = "", quote = FALSE)
lone <- subset(apistrat, !(stype == "H" & snum != min(snum[stype == "H"])))
keep(apistrat, "apistrat.csv")
keep(apiclus1, "apiclus1.csv")
keep(lone, "lone.csv")

rows <- list()
add <- function(design, statistic, variable, level, by, est, se, ci, deff, n) {
  rows[[length(rows) + 1]] <<- data.frame(design, statistic, variable, level, by, estimate = as.numeric(est), se = as.numeric(se),
    low = as.numeric(ci[1]), high = as.numeric(ci[2]), deff = as.numeric(deff), n)
}
figures <- function(name, d, by) {
  for (v in c("api00", "enroll", "target")) {
    f <- reformulate(v)
    present <- d[!is.na(d$variables[[v]]), ]
    n <- nrow(present)
    m <- svymean(f, present, deff = TRUE)
    add(name, "mean", v, "", by, coef(m), SE(m), confint(m, df = degf(present)), deff(m), n)
    t <- svytotal(f, present, deff = TRUE)
    add(name, "total", v, "", by, coef(t), SE(t), confint(t, df = degf(present)), deff(t), n)
  }
  for (level in c("No", "Yes")) {
    d <- update(d, hit = as.numeric(awards == level))
    m <- svymean(~hit, d, deff = TRUE)
    p <- svyciprop(~hit, d, method = "logit")
    add(name, "prop", "awards", level, by, coef(m), SE(m), attr(p, "ci"), deff(m), nrow(d))
  }
  r <- svyratio(~api.stu, ~enroll, d, deff = TRUE)
  add(name, "ratio", "api.stu/enroll", "", by, coef(r), SE(r), confint(r, df = degf(d)), deff(r), nrow(d))
  q <- svyquantile(~api00, d, 0.5, ci = TRUE)
  add(name, "median", "api00", "", by, coef(q), SE(q), confint(q), NA, nrow(d))
}
every <- function(name, d) {
  figures(name, d, "")
  for (a in c("No", "Yes")) figures(name, d[d$variables$awards == a, ], a)
}
every("strata", svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = apistrat))
every("no_fpc", svydesign(id = ~1, strata = ~stype, weights = ~I(1 + snum %% 7), data = apistrat))
every("clusters", svydesign(id = ~dnum, fpc = ~fpc, data = apiclus1))
every("lone", svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = lone))
write.csv(do.call(rbind, rows), "r_survey.csv", row.names = FALSE, na = "", quote = FALSE)
