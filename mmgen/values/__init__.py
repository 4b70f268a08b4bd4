"""How the values of a shop's columns are read: numbers, money, measures, dates, locales. The whole column decides."""
