;; The inner loops of a merge, two parameters at a time in double precision.
;; Memory: below (f64) at 0, above (f64) at 65536, values (f32) at 131072, fisher (f32) at 163840, out (f32) at 196608;
;; each has room for 8192 parameters. n is even.
(module
  (memory (export "memory") 4)

  ;; below and above become 0.
  (func (export "clear") (param $n i32)
    (memory.fill (i32.const 0) (i32.const 0) (i32.shl (local.get $n) (i32.const 3)))
    (memory.fill (i32.const 65536) (i32.const 0) (i32.shl (local.get $n) (i32.const 3))))

  ;; w = weight · max(fisher, floor); below += w; above += w · values
  (func (export "addWeighted") (param $n i32) (param $weight f64) (param $floor f64)
    (local $i i32) (local $half i32) (local $double i32) (local $w v128) (local $by v128) (local $least v128)
    (local.set $by (f64x2.splat (local.get $weight)))
    (local.set $least (f64x2.splat (local.get $floor)))
    (loop $next
      (local.set $half (i32.shl (local.get $i) (i32.const 2)))
      (local.set $double (i32.shl (local.get $i) (i32.const 3)))
      (local.set $w
        (f64x2.mul (local.get $by)
          (f64x2.max (f64x2.promote_low_f32x4 (v128.load64_zero offset=163840 (local.get $half))) (local.get $least))))
      (v128.store (local.get $double) (f64x2.add (v128.load (local.get $double)) (local.get $w)))
      (v128.store offset=65536 (local.get $double)
        (f64x2.add (v128.load offset=65536 (local.get $double))
          (f64x2.mul (local.get $w) (f64x2.promote_low_f32x4 (v128.load64_zero offset=131072 (local.get $half))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $n)))))

  ;; above += weight · values
  (func (export "addPlain") (param $n i32) (param $weight f64)
    (local $i i32) (local $half i32) (local $double i32) (local $by v128)
    (local.set $by (f64x2.splat (local.get $weight)))
    (loop $next
      (local.set $half (i32.shl (local.get $i) (i32.const 2)))
      (local.set $double (i32.shl (local.get $i) (i32.const 3)))
      (v128.store offset=65536 (local.get $double)
        (f64x2.add (v128.load offset=65536 (local.get $double))
          (f64x2.mul (local.get $by) (f64x2.promote_low_f32x4 (v128.load64_zero offset=131072 (local.get $half))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $n)))))

  ;; out = above / below; 0, or NaN when some result is not finite (0 / 0 among them)
  (func (export "divide") (param $n i32) (result f32)
    (local $i i32) (local $double i32) (local $y v128) (local $check v128)
    (loop $next
      (local.set $double (i32.shl (local.get $i) (i32.const 3)))
      (local.set $y
        (f32x4.demote_f64x2_zero
          (f64x2.div (v128.load offset=65536 (local.get $double)) (v128.load (local.get $double)))))
      (local.set $check
        (f32x4.add (local.get $check) (f32x4.mul (local.get $y) (v128.const f32x4 0 0 0 0))))
      (v128.store64_lane offset=196608 0 (i32.shl (local.get $i) (i32.const 2)) (local.get $y))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $n))))
    (f32.add (f32x4.extract_lane 0 (local.get $check)) (f32x4.extract_lane 1 (local.get $check))))

  ;; out = above; 0, or NaN when some result is not finite
  (func (export "round") (param $n i32) (result f32)
    (local $i i32) (local $y v128) (local $check v128)
    (loop $next
      (local.set $y (f32x4.demote_f64x2_zero (v128.load offset=65536 (i32.shl (local.get $i) (i32.const 3)))))
      (local.set $check
        (f32x4.add (local.get $check) (f32x4.mul (local.get $y) (v128.const f32x4 0 0 0 0))))
      (v128.store64_lane offset=196608 0 (i32.shl (local.get $i) (i32.const 2)) (local.get $y))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $n))))
    (f32.add (f32x4.extract_lane 0 (local.get $check)) (f32x4.extract_lane 1 (local.get $check))))

  ;; Sum of the squares of fisher, NaN when one of them is negative or not a number.
  (func (export "sumOfSquares") (param $n i32) (result f64)
    (local $i i32) (local $x v128) (local $sum v128) (local $bad v128)
    (loop $next
      (local.set $x
        (f64x2.promote_low_f32x4 (v128.load64_zero offset=163840 (i32.shl (local.get $i) (i32.const 2)))))
      (local.set $sum (f64x2.add (local.get $sum) (f64x2.mul (local.get $x) (local.get $x))))
      (local.set $bad (v128.or (local.get $bad) (f64x2.lt (local.get $x) (v128.const f64x2 0 0))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (local.get $n))))
    (if (v128.any_true (local.get $bad)) (then (return (f64.const nan))))
    (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum)))))
