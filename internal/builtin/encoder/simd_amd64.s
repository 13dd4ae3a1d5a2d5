#include "textflag.h"

// func sumPairs(rows string, tokens []int16, sums *[8]int32)
//
// SI and R11 are the two rows, DI and R8 to R10 the four tokens, AX the place in
// them. Y0 to Y3 gather the sums of the first row, Y4 to Y7 those of the second,
// eight partial sums each.
TEXT ·sumPairs(SB), NOSPLIT, $0-48
	MOVQ rows_base+0(FP), SI
	MOVQ rows_len+8(FP), CX
	SHRQ $1, CX
	MOVQ tokens_base+16(FP), DI
	MOVQ sums+40(FP), DX
	LEAQ (SI)(CX*1), R11
	LEAQ (DI)(CX*2), R8
	LEAQ (R8)(CX*2), R9
	LEAQ (R9)(CX*2), R10
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	XORQ AX, AX

sixteen:
	CMPQ AX, CX
	JGE  done
	VPMOVSXBW (SI)(AX*1), Y8
	VPMOVSXBW (R11)(AX*1), Y9
	VMOVDQU (DI)(AX*2), Y10
	VMOVDQU (R8)(AX*2), Y11
	VPMADDWD Y10, Y8, Y12
	VPADDD Y12, Y0, Y0
	VPMADDWD Y10, Y9, Y13
	VPADDD Y13, Y4, Y4
	VPMADDWD Y11, Y8, Y14
	VPADDD Y14, Y1, Y1
	VPMADDWD Y11, Y9, Y15
	VPADDD Y15, Y5, Y5
	VMOVDQU (R9)(AX*2), Y10
	VMOVDQU (R10)(AX*2), Y11
	VPMADDWD Y10, Y8, Y12
	VPADDD Y12, Y2, Y2
	VPMADDWD Y10, Y9, Y13
	VPADDD Y13, Y6, Y6
	VPMADDWD Y11, Y8, Y14
	VPADDD Y14, Y3, Y3
	VPMADDWD Y11, Y9, Y15
	VPADDD Y15, Y7, Y7
	ADDQ $16, AX
	JMP  sixteen

done:
	// Pairs are added within each half, then the halves.
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0
	VPHADDD Y5, Y4, Y4
	VPHADDD Y7, Y6, Y6
	VPHADDD Y6, Y4, Y4
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VEXTRACTI128 $1, Y4, X5
	VPADDD X5, X4, X4
	VMOVDQU X0, (DX)
	VMOVDQU X4, 16(DX)
	VZEROUPPER
	RET
