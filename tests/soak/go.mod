module coffer.test/soak

go 1.24

require coffer.test/consistency v0.0.0

replace coffer.test/consistency => ../consistency
